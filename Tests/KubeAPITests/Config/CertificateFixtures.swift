/// Self-signed certificates that exist for these tests only.
enum CertificateFixtures {
    /// `CN=admin,O=system:masters`, valid from 2026-11-21T09:07:16Z to 2126-10-28T09:07:16Z; key in SEC 1 form.
    static let admin = """
        -----BEGIN CERTIFICATE-----
        MIIBqDCCAU+gAwIBAgIULXTtj1E95+zg23jamw7f0Z04HRMwCgYIKoZIzj0EAwIw
        KTEXMBUGA1UECgwOc3lzdGVtOm1hc3RlcnMxDjAMBgNVBAMMBWFkbWluMCAXDTI2
        MTEyMTA5MDcxNloYDzIxMjYxMDI4MDkwNzE2WjApMRcwFQYDVQQKDA5zeXN0ZW06
        bWFzdGVyczEOMAwGA1UEAwwFYWRtaW4wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
        AAQZKqkW0cJEcQg28sgUayADX+vM5oRA0C1c4Um2JwLo21UZCD6rMYXy2yYYc2vQ
        VzzzWAz83HnzsPKI0s15+g0co1MwUTAdBgNVHQ4EFgQUPfpzHj3P+p0uUiWhweDN
        b3VkKwMwHwYDVR0jBBgwFoAUPfpzHj3P+p0uUiWhweDNb3VkKwMwDwYDVR0TAQH/
        BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBHA6G1JW9pi2AufDOxgrAKFklIoXIU
        0ESim/Bn+9n1HAIgYqXJwYXHmW94WAxL8YK0bA7Vfqy/Cvwrb59nAMt1JVs=
        -----END CERTIFICATE-----

        """

    static let adminKey = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIFKjXYkuQ0abxDOWWX4ThGoOl6vl3XST8ATsYeEut4PioAoGCCqGSM49
        AwEHoUQDQgAEGSqpFtHCRHEINvLIFGsgA1/rzOaEQNAtXOFJticC6NtVGQg+qzGF
        8tsmGHNr0Fc881gM/Nx587DyiNLNefoNHA==
        -----END EC PRIVATE KEY-----

        """

    /// `CN=Zoë`; key in PKCS 8 form.
    static let zoe = """
        -----BEGIN CERTIFICATE-----
        MIIBdjCCARugAwIBAgIUXmCGZ0zUqaEf9kc3t4247jwatcowCgYIKoZIzj0EAwIw
        DzENMAsGA1UEAwwEWm/DqzAgFw0yNjExMjEwOTA3MTZaGA8yMTI2MTAyODA5MDcx
        NlowDzENMAsGA1UEAwwEWm/DqzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAxB
        LEcKF08Rl0eevAe0yHb2XtL1WZy6DldCRKd+Q9DXmeecC2ThIVGVEMIziCL/0I4q
        c49D6YSqiQjQ3W8iK9ijUzBRMB0GA1UdDgQWBBTxGPs9rRWjSr12n0/UzFLKoDsu
        YDAfBgNVHSMEGDAWgBTxGPs9rRWjSr12n0/UzFLKoDsuYDAPBgNVHRMBAf8EBTAD
        AQH/MAoGCCqGSM49BAMCA0kAMEYCIQDI5518b6P/dccdx5uFrlgXqOxMPQaZabP9
        /o3jfo6XWwIhAPAqPgXBCEHyJivwgE35+xOBxV1Bj4jhzx1okiUyVZsM
        -----END CERTIFICATE-----

        """

    static let zoeKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcZQvVvnQX2floyPG
        yJa38riWYNKJkKQnkQOwkFKP7m+hRANCAAQMQSxHChdPEZdHnrwHtMh29l7S9Vmc
        ug5XQkSnfkPQ15nnnAtk4SFRlRDCM4gi/9COKnOPQ+mEqokI0N1vIivY
        -----END PRIVATE KEY-----

        """
}
