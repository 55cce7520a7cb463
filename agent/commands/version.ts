import { PROTOCOL_VERSION } from '../../shared/protocol.ts'
import { version } from '../version.ts'
import type { Define } from './shell.ts'
import { facts } from './table.ts'

export const define: Define = (command, shell) => {
  command
    .addHelpText('after', '\nExamples:\n  sallyport version\n  sallyport version --json')
    .action(shell.action(async () => {
      const platform = `${process.platform}-${process.arch}`
      const value = { version, protocol: PROTOCOL_VERSION, platform, runtime: `bun ${Bun.version}` }
      const { protocol, runtime } = value
      shell.result(
        value,
        facts([['sallyport', version], ['protocol', String(protocol)], ['built for', platform], [
          'runtime',
          runtime,
        ]]),
      )
    }))
}
