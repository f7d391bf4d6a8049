import Testing

/// One test at a time where all share a real cluster, whose nodes and environments two operators would fight over. An embedded
/// server is a test's own: there they run side by side.
struct SharedClusterTrait: SuiteTrait {
    func scopeProvider(for test: Test, testCase: Test.Case?) -> ParallelizationTrait? {
        guard ClusterKind.realKubeconfig != nil else { return nil }
        return ParallelizationTrait.serialized.scopeProvider(for: test, testCase: testCase)
    }
}

extension Trait where Self == SharedClusterTrait {
    static var oneAtATimeOnASharedCluster: Self { SharedClusterTrait() }
}
