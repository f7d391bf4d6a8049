/// The commands that install the operator and take it away, in the words of all messages: a release first, then its sources.
enum Installation {
    static let applying =
        "kubectl apply --server-side -f install.yaml of this version, or -k config/default of its sources"
    static let applyingDefinitions =
        "kubectl apply --server-side -f install.yaml of this version, or -f crds/ of its sources"
    static let deleting =
        "kubectl delete -f install.yaml, helm uninstall, or kubectl delete -k config/default, as it was installed"
}
