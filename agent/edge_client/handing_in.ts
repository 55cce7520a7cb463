/** What is signed here and kept at the edge takes two things: a scope in the trust document, and a role at the edge. */
import { Fault } from '../../shared/faults.ts'
import type { Permission } from '../../shared/permissions.ts'

/** For a document whose signature counts: when the edge refuses it, that says which of the two is missing. */
export async function handingIn<T>(permission: Permission, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'forbidden') throw error
    throw new Fault(
      'forbidden',
      `${error.message} It is signed as it should be; what is missing is a role at the edge that holds ` +
        `${permission} here: sallyport roles explain <member> ${permission}`,
      { cause: error },
    )
  }
}
