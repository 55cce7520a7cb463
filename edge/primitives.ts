import * as crypto from 'node:crypto'
import { native as nativeOn } from '../shared/seal/native.ts'
import type { Primitives } from '../shared/seal/primitives.ts'

export const native: Primitives = nativeOn(crypto)
