internal import KubeAPI

/// The image of a service.
enum ComposeImage {
    static func image(of service: String, _ fields: JSONObject, _ context: ComposeService.Context) -> String {
        let filled = ComposeValue.text(fields["image"]).map(context.file.interpolation.fill)
        guard let filled, !filled.text.isEmpty else {
            return "registry.example.com/\(context.environment)/\(ImportedName.label(service, limit: 40)):change-me"
        }
        guard filled.missing.isEmpty else {
            // What has no value is most often the tag.
            let name = filled.text.split(separator: ":").first.map(String.init) ?? filled.text
            return filled.text.hasSuffix(":") && !name.isEmpty ? "\(name):change-me" : filled.text
        }
        return filled.text
    }

    static func remarks(_ fields: JSONObject, _ context: ComposeService.Context) -> [String] {
        let filled = ComposeValue.text(fields["image"]).map(context.file.interpolation.fill)
        var remarks: [String] = []
        if fields["build"] != nil {
            remarks.append(
                filled == nil
                    ? "The file builds the image: push it to a registry, and name it here."
                    : "The file builds this image: push it to its registry.")
        } else if filled == nil {
            remarks.append("The file names no image: name it here.")
        }
        if let missing = filled?.missing, !missing.isEmpty {
            remarks.append("\(ComposeService.listed(missing)) has no value in the file: name the image.")
        }
        return remarks
    }
}
