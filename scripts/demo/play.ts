/** The demo, from an empty folder to the last line. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { buildAgent } from '../build_agent.ts'
import { startWorld } from '../e2e/world.ts'
import { startPostgres } from '../postgres.ts'
import { auditAct, compareAct, enrol, flowsAct, killAct, retryAct, sealAndSign, searchAct } from './acts.ts'
import { startWithholding, witness } from './killed_append.ts'
import type { Printer } from './print.ts'
import { duration, size } from './print.ts'
import type { RecordingProxy } from './recording_proxy.ts'
import { startRecordingProxy } from './recording_proxy.ts'
import type { DemoResult, Scene } from './scene.ts'
import { agentEnv, mustHold } from './scene.ts'
import { localPolicyOf, policyOf, setStage } from './stage.ts'
import { newWorkplace } from './workplace.ts'

export interface Played extends AsyncDisposable {
  readonly result: DemoResult
  /** Resolves when nothing has to stay up any longer. */
  readonly kept: Promise<void>
}

export async function play(print: Printer, options: { readonly keep: boolean }): Promise<Played> {
  const began = performance.now()
  const stack = new AsyncDisposableStack()
  // A server that runs as a daemon would outlive us.
  const interrupt = () => void stack.disposeAsync().catch(() => undefined).then(() => process.exit(130))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  stack.defer(() => void process.off('SIGINT', interrupt).off('SIGTERM', interrupt))
  try {
    const scene = await setUp(print, stack)
    await sealAndSign(scene)
    const first = await enrol(scene)
    const killed = await killAct(scene, first)
    const second = await scene.world.startAgent(agentEnv(scene.stage))
    print.done(`a second start of the agent: process ${second.pid}`)
    const runs = await flowsAct(scene)
    await compareAct(scene)
    const retried = await retryAct(scene, killed)
    await auditAct(scene)
    second.child.kill('SIGTERM')
    mustHold((await second.ended).exit === 0, 'the agent drains and ends with 0')
    await searchAct(scene)
    const result: DemoResult = {
      ok: true,
      runs: [...runs, retried],
      edge: scene.world.url,
      out: scene.stage.folders.out,
    }
    print.end()
    closing(scene, performance.now() - began)
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    const kept = options.keep ? (await stayUp(scene, stack)).interrupted : Promise.resolve()
    return { result, kept, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  } catch (error) {
    // Interrupted: what was under way fails, and the process is about to end.
    if (stack.disposed) await new Promise(() => undefined)
    await stack.disposeAsync()
    throw error
  }
}

async function setUp(print: Printer, stack: AsyncDisposableStack): Promise<Scene> {
  const folder = newWorkplace()
  print.line(`${print.bold('Sallyport')}: everything below happens on this machine, in ${folder}`)
  print.step('Set up')
  print.doing('compiling the agent')
  const binary = await buildAgent()
  print.done(`the agent, compiled: one file of ${size(statSync(binary).size)}, DuckDB inside`)
  print.doing('starting PostgreSQL')
  const postgres = stack.use(await startPostgres())
  const stage = await setStage(folder, postgres)
  print.done(`PostgreSQL on port ${postgres.port}, two databases, each with a new password`)
  const watching = stack.use(witness(stage, postgres.port))
  const total = stage.visitors.before + stage.visitors.file
  const withholding = stack.use(
    await startWithholding(postgres.port, async () => await watching.rows() === total),
  )
  const ports = { postgres: postgres.port, withholding: withholding.port }
  let recorder: RecordingProxy | null = null
  print.doing('starting the edge')
  const world = stack.use(
    await startWorld({
      folder,
      allow: policyOf(stage, ports),
      local: localPolicyOf(stage, ports),
      front: async (edgePort) => {
        recorder = stack.use(await startRecordingProxy({ edgePort, folder: join(folder, 'traffic') }))
        return recorder.url
      },
    }),
  )
  if (recorder === null) throw new Error('nothing records')
  print.done(`the edge on Deno, named permissions, embedded libSQL file: ${world.url}`)
  print.note('a proxy in front of it writes down every byte that passes, both ways')
  return { print, folder, postgres, stage, ports, withholding, watching, recorder, world }
}

function closing({ print, folder, world, stage }: Scene, ms: number): void {
  print.line()
  print.line(`${print.bold('Done')} in ${duration(ms)}. Where to look, until the next demo:`)
  print.table([
    ['what', 'where'],
    ['the data that came back', stage.folders.out],
    ['what the edge has', join(folder, 'edge')],
    ['its recorded traffic', join(folder, 'traffic')],
    ['the agent: settings, logs', world.machine.home],
    ['keys and documents', world.person.home],
    ['the audit log', join(folder, 'audit.jsonl')],
  ], [])
}

/** Edge and agent again, behind a proxy on the same address, until somebody interrupts. */
async function stayUp(
  { print, world, stage, recorder, folder, postgres }: Scene,
  stack: AsyncDisposableStack,
): Promise<{ readonly interrupted: Promise<void> }> {
  const again = { edgePort: world.edge.port, folder: join(folder, 'traffic-kept'), port: recorder.port }
  stack.use(await startRecordingProxy(again))
  await world.startAgent(agentEnv(stage))
  print.line()
  print.line('Edge and agent stay up. Ctrl-C ends them.')
  print.table([
    ['what', 'where'],
    ['edge', world.url],
    ['reference of its API', `${world.url}/docs`],
    ['PostgreSQL', postgres.url()],
    ['to try', `SALLYPORT_HOME=${world.person.home} ${world.person.path} runs list`],
  ], [])
  const interrupted = new Promise<void>((resolve) =>
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve())
  )
  return { interrupted }
}
