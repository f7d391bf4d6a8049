import Testing

@testable import Operator

@Suite("Names of variables that hold secrets")
struct SensitiveTests {
    @Test(
        "What an archive hides, an import does not write either",
        arguments: [
            "DB_PASSWORD", "dbPassword", "POSTGRES_PASS", "API_TOKEN", "SENTRY_DSN", "SLACK_WEBHOOK_URL",
            "SESSION_COOKIE",
            "BASIC_AUTH", "CONNECTION_STRING", "STRIPE_KEY", "APP_KEYS", "HASH_SALT", "REQUIREPASS", "APIKEY",
            "MYSQL_PWD",
        ])
    func secret(name: String) { #expect(Sensitive.isSecret(name)) }

    @Test(
        "What only says where a secret is, or is none, is written",
        arguments: [
            "DB_PASSWORD_FILE", "KEY_ID", "SECRET_NAME", "TOKEN_SECONDS", "LOG_LEVEL", "DB_HOST", "KEYBOARD", "PORT",
        ])
    func plain(name: String) { #expect(!Sensitive.isSecret(name)) }
}
