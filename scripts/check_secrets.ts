/** Looks for keys and tokens in what git tracks, and for names that do not belong in the product. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const patterns: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{40,}/],
  ['an AWS access key', /\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{20,}\b/],
  ['an API token of Sallyport', /\bsp_[a-z]+_(?!0123456789)[A-Za-z0-9]{32,}\b/],
  ['a registry address', /https?:\/\/(?:registry|deb|pypi)\.[a-z.]+/],
]

/** What a text holds that must not be committed. */
export function secretsIn(text: string): string[] {
  return patterns.filter(([, pattern]) => pattern.test(text)).map(([name]) => name)
}

export function checkSecrets(root: string): string[] {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  })
  const files = listed.stdout.toString().split('\0').filter(Boolean)
  return files.flatMap((file) => {
    let text: string
    try {
      text = readFileSync(join(root, file), 'utf8')
    } catch {
      return []
    }
    return secretsIn(text).map((name) => `${file}: looks like ${name}`)
  })
}
