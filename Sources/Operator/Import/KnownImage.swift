internal import KubeAPI
internal import Reconcilers

/// What is known of images that many applications bring along and whose sources say nothing of it: ports and users.
struct KnownImage {
    var ports: [Int]
    /// The number of the user that the image is made for; `nil` where it says so itself, or begins as root.
    var user: Int?
    /// The user of the variant on Alpine, where that is another.
    var alpineUser: Int?
    /// A variable by which the program puts its data into a folder below its volume.
    var dataFolder: (variable: String, path: String)?

    /// - Parameter image: such as `docker.io/library/postgres:17-alpine`.
    init?(_ image: String) {
        guard let reference = ImageReference(image), let known = Self.known[Self.program(reference)] else { return nil }
        self = known
        if reference.tag?.contains("alpine") == true, let alpineUser { user = alpineUser }
    }

    private init(_ ports: [Int], user: Int? = nil, alpine: Int? = nil, data: (String, String)? = nil) {
        self.ports = ports
        self.user = user
        alpineUser = alpine
        dataFolder = data
    }

    /// The last part of the name: `postgres`.
    private static func program(_ image: ImageReference) -> String {
        image.repository.split(separator: "/").last.map(String.init) ?? ""
    }

    private static let postgres = KnownImage(
        [5432], user: 999, alpine: 70, data: ("PGDATA", "/var/lib/postgresql/data/pgdata"))
    private static let search = KnownImage([9200], user: 1000)

    /// Source: the Dockerfiles of these images.
    private static let known: [String: KnownImage] = [
        "postgres": postgres, "postgis": postgres, "pgvector": postgres, "timescaledb": postgres,
        "mysql": KnownImage([3306], user: 999), "mariadb": KnownImage([3306], user: 999),
        "redis": KnownImage([6379], user: 999), "valkey": KnownImage([6379], user: 999),
        "mongo": KnownImage([27017], user: 999), "memcached": KnownImage([11211], user: 11211),
        "rabbitmq": KnownImage([5672], user: 999, alpine: 100),
        "clickhouse-server": KnownImage([8123, 9000], user: 101),
        "elasticsearch": search, "opensearch": search, "meilisearch": KnownImage([7700]), "minio": KnownImage([9000]),
        "nats": KnownImage([4222]), "mailpit": KnownImage([1025, 8025]), "kafka": KnownImage([9092]),
    ]

    /// Whether what it serves is for its neighbours and not for people.
    static func isBackend(_ image: String) -> Bool {
        guard let program = ImageReference(image).map(program) else { return false }
        return !["minio", "mailpit"].contains(program) && known[program] != nil
    }
}
