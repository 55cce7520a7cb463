/** What an operator wants to hear of: each an entry of the audit log under this name, and counted for `/metrics`. */
export const securityEventKinds = [
  'sign_in.failed',
  'sign_in.new_device',
  'sign_in.recovery_code',
  'sign_in.passkey_cloned',
  'token.new_network',
  'request.refused',
  'access.denied_in_a_row',
  'read.mass',
  'role.changed',
  'key.changed',
  'webhook.signature_failed',
] as const

export type SecurityEventKind = (typeof securityEventKinds)[number]

export function isSecurityEvent(action: string): action is SecurityEventKind {
  return (securityEventKinds as readonly string[]).includes(action)
}
