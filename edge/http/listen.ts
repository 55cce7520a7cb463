/**
 * The server of the edge, over and over: when there is no file left for a further socket the runtime's ends, and drops
 * whoever is connected. Then there is room again.
 */
import { explain, type Log } from './log.ts'
import { NotRead } from './outgoing.ts'

/** By then the sockets of the server that ended are closed. */
const AGAIN_MS = 250

export interface Listening {
  readonly hostname: string
  readonly port: number
  /** Once, at first. */
  readonly listens: (at: { readonly hostname: string; readonly port: number }) => void
  readonly log: Log
}

type Handler = (request: Request, remote: string) => Promise<Response>

/** Answers what shuts it down when everything that was asked has been answered. Throws where it cannot listen at first. */
export function listen({ hostname, port, listens, log }: Listening, handler: Handler): () => Promise<void> {
  let closing = false
  let first = true
  let server = start()
  function start(): Deno.HttpServer<Deno.NetAddr> {
    const started = Deno.serve({
      hostname,
      port,
      onListen: (at) => {
        if (first) listens(at)
        first = false
      },
      onError: (error) => {
        // Whoever asks can do that as often as they like: it is no line of the log.
        if (!(error instanceof NotRead)) {
          log('error', 'a request failed outside the app', { error: explain(error) })
        }
        return new Response(null, { status: 500 })
      },
    }, (request, { remoteAddr }) => handler(request, remoteAddr.hostname))
    started.finished.catch((error) => {
      log('error', 'the server took no further connection, and starts anew', { error: explain(error) })
      again()
    })
    return started
  }
  function again(): void {
    setTimeout(() => {
      if (closing) return
      try {
        server = start()
      } catch (error) {
        log('error', 'the server cannot listen, and tries again', { error: explain(error) })
        again()
      }
    }, AGAIN_MS)
  }
  return async () => {
    closing = true
    await server.shutdown()
  }
}
