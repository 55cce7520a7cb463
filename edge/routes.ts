/** Every route of every room. What is not in this list is not served. */
import type { Route } from './http/route.ts'

export function routes(): readonly Route[] {
  return []
}
