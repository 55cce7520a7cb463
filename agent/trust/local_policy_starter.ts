/** The local policy file as `init` writes it: allows nothing, and says how to. */
export const localPolicyStarter = `# What this machine allows its agent, beyond and within the signed policy.
# An agent reads it anew for every run. Only the owner of this file may write it.
sallyport: 1

# Secret references that connections may use here, whole: "\${env:SHOP_URL}", "\${file:/run/secrets/shop}".
references: []

# Folders that files connections may read and write, absolute. The agent's own files are denied always.
files: []

# Connections without TLS: the folder of a Unix socket, or a loopback address with its port ("127.0.0.1:5432").
plain: []

# Addresses that are refused unless named: loopback, link-local, metadata services ("127.0.0.1", "fe80::/10").
addresses: []

# What narrows the signed policy here. When present, nothing else may be used:
# connectors: [postgres, https]
# hosts: [db.internal, reports.example.com]
`
