/**
 * The console's files: style sheet, islands, mark. The hash of the content stands in the name, so a browser keeps each
 * for ever and asks again only for what changed.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from '../http/docs.ts'

interface Asset {
  readonly path: string
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

function asset(file: string, type: string): Asset {
  const bytes = new Uint8Array(readFileSync(fileURLToPath(new URL(`./assets/${file}`, import.meta.url))))
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  const dot = file.lastIndexOf('.')
  return { path: `/console/assets/${file.slice(0, dot)}.${hash}${file.slice(dot)}`, type, bytes }
}

/** Read once, at the start: an edge without its console does not start. */
export const assets = {
  style: asset('console.css', 'text/css; charset=utf-8'),
  islands: asset('islands.js', 'text/javascript; charset=utf-8'),
  mark: asset('mark.svg', 'image/svg+xml'),
} as const

/** The files as pages of the app. */
export function assetPages(): readonly Page[] {
  return Object.values(assets).map(({ path, type, bytes }) => ({
    path,
    answer: () =>
      new Response(bytes, {
        headers: {
          'content-type': type,
          'cache-control': 'public, max-age=31536000, immutable',
          // What a script or a picture may do by itself, opened alone: nothing.
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
          'cross-origin-resource-policy': 'same-origin',
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        },
      }),
  }))
}
