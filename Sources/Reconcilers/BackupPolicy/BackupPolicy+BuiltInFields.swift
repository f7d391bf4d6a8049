extension BackupPolicy {
    package static let builtInFields = [BuiltInField("spec.podTemplate.tolerations[]", "Toleration")]
}
