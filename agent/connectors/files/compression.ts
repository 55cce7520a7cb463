/** gzip and zstd, whole or not at all: what is cut off, damaged or followed by something else is `file_invalid`. */
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { Fault } from '../../../shared/faults.ts'
import type { Compression } from './config.ts'
import { ZstdFrames } from './formats/zstd_frames.ts'

export const compressionEndings: Readonly<Record<Compression, string>> = {
  none: '',
  gzip: '.gz',
  zstd: '.zst',
}

/** What the first bytes of a file say. Four are enough. */
export function compressionOf(start: Uint8Array): Compression {
  const [a, b, c, d] = start
  if (a === 0x1f && b === 0x8b) return 'gzip'
  const frame = a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd
  const skippable = a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18
  return frame || skippable ? 'zstd' : 'none'
}

const levels = { gzip: 6, zstd: 3 }

export function compressor(compression: Exclude<Compression, 'none'>) {
  return compression === 'gzip' ? createGzip({ level: levels.gzip }) : createZstdCompress({
    params: {
      [constants.ZSTD_c_compressionLevel]: levels.zstd,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  })
}

/** The content. Members and frames that stand behind one another are one content. */
export function decompressed(
  bytes: ReadableStream<Uint8Array>,
  compression: Exclude<Compression, 'none'>,
): ReadableStream<Uint8Array> {
  const decoder = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  const frames = compression === 'zstd' ? new ZstdFrames() : null
  const reader = bytes.getReader()
  let given = 0
  const fed = (async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      frames?.push(next.value)
      given += next.value.length
      if (!decoder.write(next.value)) await drained(decoder)
      if (decoder.destroyed) return
    }
    frames?.end()
    decoder.end()
  })()
  fed.catch((error) => decoder.destroy(error))
  const chunks = decoder[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next()
        if (!done) return controller.enqueue(value)
        await fed
        // It stops without a word at zeros behind a member, whatever comes then.
        if (decoder.bytesWritten !== given) throw new Error('something stands behind the content')
        controller.close()
      } catch (error) {
        await reader.cancel(error).catch(() => undefined)
        controller.error(error instanceof Fault ? error : damaged(compression, error))
      }
    },
    async cancel(reason) {
      decoder.destroy()
      await reader.cancel(reason).catch(() => undefined)
    },
  }, { highWaterMark: 0 })
}

function drained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'error']) stream.removeListener(event, done)
      resolve()
    }
    for (const event of ['drain', 'close', 'error']) stream.once(event, done)
  })
}

function damaged(compression: string, cause: unknown): Fault {
  return new Fault('file_invalid', `The ${compression} file is damaged or cut off.`, { cause })
}
