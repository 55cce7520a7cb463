/** What signing in costs everybody else, and what asking who may costs every request. */
import { permissionCheck } from './permission_check.ts'
import type { Row } from './row.ts'
import { signIns } from './sign_ins.ts'

export async function bench(): Promise<Row[]> {
  return [...await signIns(), ...await permissionCheck()]
}
