/** Prints the OpenAPI document: `npm run openapi` keeps it in the tree. Nothing is opened or served. */
import { Fault } from '../shared/faults.ts'
import type { Storage } from './db/storage.ts'
import { native } from './primitives.ts'
import { wire } from './wiring.ts'

const nowhere = () => Promise.reject(new Fault('unavailable'))
const storage: Storage = {
  read: nowhere,
  write: nowhere,
  counts: () => ({ commits: 0, plans: 0, refused: 0 }),
  close: () => Promise.resolve(),
}

const edge = wire({
  storage,
  publicUrl: 'http://localhost:8787',
  setupTokenHash: '',
  master: { newest: 1, keys: new Map() },
  primitives: native,
  clock: Date.now,
  log: () => {},
  closing: new AbortController().signal,
})
console.log(JSON.stringify(edge.document(), null, 2))
