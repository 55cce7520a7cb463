import { Pin } from '../schemas/pin.ts'

/** A pin as people type it: `tenant:version:hash`. */
export function formatPin({ tenant, version, hash }: Pin): string {
  return `${tenant}:${version}:${hash}`
}

/** Null where the text is no pin, in any way. */
export function parsePin(text: string): Pin | null {
  const [tenant, version = '', hash, ...more] = text.split(':')
  if (more.length > 0 || !/^[1-9][0-9]{0,14}$/.test(version)) return null
  const parsed = Pin.safeParse({ tenant, version: Number(version), hash })
  return parsed.success ? parsed.data : null
}
