/** The bytes of one file, as they are and as UTF-8 text. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Fault } from '../../../../shared/faults.ts'
import { compressionOf, decompressed } from '../compression.ts'
import type { Compression, Encoding } from '../config.ts'
import { decoderOf, notUtf8, Utf8Check } from '../formats/encoding.ts'
import { through } from '../formats/pass.ts'
import { compressionOfName } from '../place.ts'

const chunkBytes = 128 * 1024

export interface TextFile {
  readonly path: string
  readonly compression: Compression
  readonly encoding: Encoding
}

/** Looks at the file's first bytes. Throws `file_unreadable`, and `file_invalid` where its name says otherwise. */
export async function textFile(path: string, encoding: Encoding): Promise<TextFile> {
  const compression = compressionOf(await firstBytes(path))
  const named = compressionOfName(path)
  if (named !== null && named !== compression) {
    throw new Fault('file_invalid', `The file's name says ${named}, and its content is something else.`)
  }
  return { path, compression, encoding }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const bytes = new Uint8Array(4)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new Fault('file_unreadable', undefined, { cause: error })
  }
}

/** What becomes of bytes that are not UTF-8: a fault, or nothing where whoever takes them looks at them anyway. */
export type NotText = (() => Promise<Fault>) | 'unchecked'

const refused: NotText = () => Promise.resolve(new Fault('value_refused', notUtf8))

/** UTF-8 from byte `start` of the text on. */
export function textBytes(
  file: TextFile,
  start: number,
  signal: AbortSignal,
  notText: NotText = refused,
): ReadableStream<Uint8Array> {
  const decoder = decoderOf(file.encoding)
  const seeks = file.compression === 'none' && decoder === null
  const raw = fileBytes(file.path, seeks ? start : 0, signal)
  const content = file.compression === 'none' ? raw : decompressed(raw, file.compression)
  const checked = () => notText === 'unchecked' ? content : checkedUtf8(content, notText)
  const text = decoder !== null ? through(content, decoder) : checked()
  return seeks || start === 0 ? text : without(text, start)
}

/** As much of the text as `enough` asks for, which is not looked at. `whole`: there is no more. */
export async function beginning(
  file: TextFile,
  enough: (bytes: Uint8Array) => boolean,
  signal: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean }> {
  const reader = textBytes(file, 0, signal, 'unchecked').getReader()
  let bytes = Buffer.alloc(0)
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return { bytes, whole: true }
      bytes = Buffer.concat([bytes, value])
      if (enough(bytes)) return { bytes, whole: false }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** The chunks themselves, looked at as they pass. */
function checkedUtf8(
  bytes: ReadableStream<Uint8Array>,
  notText: () => Promise<Fault>,
): ReadableStream<Uint8Array> {
  const check = new Utf8Check()
  const reader = bytes.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) {
          if (!check.end()) throw await notText()
          return controller.close()
        }
        if (!check.push(value)) throw await notText()
        controller.enqueue(value)
      } catch (error) {
        controller.error(error)
        await reader.cancel(error).catch(() => undefined)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 })
}

function without(bytes: ReadableStream<Uint8Array>, start: number): ReadableStream<Uint8Array> {
  let left = start
  return through(bytes, {
    push(chunk, out) {
      const skipped = Math.min(left, chunk.length)
      left -= skipped
      const rest = Buffer.from(chunk.buffer, chunk.byteOffset + skipped, chunk.length - skipped)
      out.copy(rest, 0, rest.length)
    },
    end() {},
  })
}

function fileBytes(path: string, start: number, signal: AbortSignal): ReadableStream<Uint8Array> {
  const chunks = createReadStream(path, { start, highWaterMark: chunkBytes, signal })[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value as Uint8Array)
      } catch (error) {
        controller.error(new Fault('file_unreadable', undefined, { cause: error }))
      }
    },
    async cancel() {
      await chunks.return?.()
    },
  }, { highWaterMark: 0 })
}
