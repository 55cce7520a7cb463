import { Fault } from '../../../../shared/faults.ts'
import { errno } from '../../../files.ts'

/** What a failure of the file system means. */
export function fileFault(error: unknown): Fault {
  const inner = error instanceof Fault && error.code === 'file_unwritable' ? errno(error.cause) : null
  if (error instanceof Fault && inner === null) return error
  const code = inner ?? errno(error)
  const why = { cause: error }
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Fault('disk_full', undefined, why)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new Fault('permission_denied', 'The folder may not be written to.', why)
  }
  if (error instanceof Fault) return error
  return new Fault(code === 'unknown' ? 'engine_failed' : 'file_unwritable', undefined, why)
}
