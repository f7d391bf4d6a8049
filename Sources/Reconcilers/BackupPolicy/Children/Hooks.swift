internal import KubeAPI

extension ResolvedPolicy {
    enum HookStage: String {
        case pre, post

        func container(_ number: Int) -> String { self == .pre ? "before-\(number)" : "after-\(number)" }
    }

    /// The names of the source's container and of the hooks around it, in their order.
    func sequence(_ hooks: BackupPolicy.Hooks) -> [String] {
        (hooks.pre ?? []).indices.map { HookStage.pre.container($0 + 1) } + [BackupPolicy.sourceContainer]
            + (hooks.post ?? []).indices.map { HookStage.post.container($0 + 1) }
    }

    /// One init container for each hook. Where hooks come after the source, a failure before them is put off until the
    /// last of them has run: an application that was halted must go on.
    func hookContainers(_ hooks: [BackupPolicy.Hook], _ stage: HookStage, for source: BackupPolicy.Source)
        -> [JSONValue]
    {
        let defersFailure = stage == .pre && !(spec.hooks?.post ?? []).isEmpty
        return hooks.enumerated().map { index, hook in
            let environment: [(String, String)] =
                [
                    ("QM_HOOK_STAGE", stage.rawValue), ("QM_HOOK_SELECTOR", hook.podSelector.queryString),
                    ("QM_HOOK_CONTAINER", hook.container ?? ""), ("QM_HOOK_TIMEOUT", String(hook.timeoutSeconds)),
                    ("QM_HOOK_ON_ERROR", hook.onError.rawValue),
                ]
                // Waited before the first of them: they halt the application.
                + (stage == .pre && index == 0 ? [("QM_DELAY_SECONDS", String(delay))] : [])
                + (defersFailure ? [("QM_DEFER_FAILURE", "true")] : [])
                + (stage == .post && index == hooks.count - 1 ? [("QM_HOOK_IS_LAST", "true")] : [])
            return container(
                stage.container(index + 1),
                ContainerPlan(verb: "hook", environment: environment),
                arguments: hook.command, mounts: [.mount("staging", at: "/staging"), .tokenMount], isReported: true,
                for: source)
        }
    }
}
