package import KubeAPI

/// What every reconciler of ours works with.
package struct ReconcilerEnvironment: Sendable {
    package var api: any ObjectAPI
    package var informers: InformerSet
    package var gate: WriteGate
    package var events: any EventSink
    package var metrics: MetricRegistry
    package var time: TimeSource
    package var permissions: Permissions
    /// Tells our own records from forged ones.
    package var seal: Seal
    /// Whether objects of ours can be believed.
    package let schemas: ServedSchemas

    /// - Parameter schemaDelay: see `ServedSchemas.delay`.
    package init(
        api: any ObjectAPI, informers: InformerSet, gate: WriteGate, events: any EventSink, seal: Seal,
        metrics: MetricRegistry = MetricRegistry(), time: TimeSource = TimeSource(),
        permissions: Permissions = Permissions(), schemaDelay: Duration = ServedSchemas.delay
    ) {
        self.api = api
        self.informers = informers
        self.gate = gate
        self.events = events
        self.metrics = metrics
        self.time = time
        self.permissions = permissions
        self.seal = seal
        schemas = ServedSchemas(informers, time: time, delay: schemaDelay)
    }

    /// What every write goes through.
    var client: FencedClient { FencedClient(api: api, objects: InformerObjects(informers), gate: gate) }

    /// Each writer of children has its own: it remembers what became of its writes.
    func applier() -> Applier {
        Applier(
            api: api, objects: InformerObjects(informers), gate: gate,
            options: .init(hashAnnotation: AnnotationKey.appliedHash), metrics: metrics, time: time)
    }

    /// Objects of ours by what they are to users: the field manager of every write.
    static let fieldManager = "quartermaster"

    /// The objects of a kind of ours.
    func objects(of resource: CustomResource) -> Informer { schemas[resource].objects }

    /// The children of one kind; of what others have labelled like them only an outline is kept.
    func children(_ type: ResourceType) -> Informer {
        guard type != ComponentImages.resourceType else {
            // Watched with their CRD, as all objects of ours.
            let informer = objects(of: .componentImages)
            informer.store.add([.childOwner])
            return informer
        }
        return informers.informer(
            Selection(type, labelSelector: .matching([LabelKey.managedBy: LabelKey.manager])), indexers: [.childOwner],
            isOptional: type.isOptional, trim: ForeignObjects.trim(type, seal))
    }
}
