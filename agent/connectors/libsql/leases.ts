/** Who may load a target of a server: no connection stays open there that could hold a lock. */
import type { Load } from '../connector.ts'
import type { Value } from '../sqlite/catalog.ts'
import { claimed, type Statement, targetOf } from '../sqlite/ledger.ts'

/** A lease that nobody renews ends after so many seconds: then its holder is taken for dead. */
export const leaseSeconds = 60

export const leaseTables: readonly string[] = [
  `create table if not exists sallyport_leases (
     target TEXT primary key, run TEXT not null, stream INTEGER not null, fence INTEGER not null,
     until INTEGER not null)`,
  // Nothing is ever in it: a guard that is not met is a row that cannot be.
  'create table if not exists sallyport_guards (met INTEGER not null)',
  `create table if not exists sallyport_batches (
     run TEXT not null, stream INTEGER not null, slice TEXT not null, number INTEGER not null,
     "before" INTEGER not null, primary key (run, stream, slice, number))`,
]

/** Fails, and with it the batch that it is in, unless the condition holds. */
export function guard(condition: string, values: readonly Value[] = []): Statement {
  return { sql: `insert into sallyport_guards select null where not (${condition})`, values }
}

/** Changes nothing while another run has the lease, or a later attempt of this one. */
export function takeLease(load: Load): Statement {
  return {
    sql: `insert into sallyport_leases values (?1, ?2, ?3, ?4, unixepoch() + ${leaseSeconds})
      on conflict (target) do update set run = excluded.run, stream = excluded.stream, fence = excluded.fence,
        until = excluded.until
      where case when run = excluded.run and stream = excluded.stream then fence <= excluded.fence
        else until < unixepoch() end`,
    values: claimed(load).values,
  }
}

const holds =
  'exists (select 1 from sallyport_leases where target = ?1 and run = ?2 and stream = ?3 and fence = ?4)'

export function holdsLease(load: Load): Statement {
  return guard(holds, claimed(load).values)
}

/** For as long again; fails where it is lost. */
export function renewLease(load: Load): Statement[] {
  return [holdsLease(load), {
    sql: `update sallyport_leases set until = unixepoch() + ${leaseSeconds} where target = ?`,
    values: [targetOf(load)],
  }]
}

export function endLease(load: Load): Statement {
  return {
    sql:
      'update sallyport_leases set until = 0 where target = ?1 and run = ?2 and stream = ?3 and fence = ?4',
    values: claimed(load).values,
  }
}

export function readLease(load: Load): Statement {
  return { sql: 'select run, stream, fence from sallyport_leases where target = ?', values: [targetOf(load)] }
}

/** What was begun and never ended, of slices that are not done. */
export function unfinished(load: Load): string {
  return `run = '${load.runId}' and stream = ${load.index} and slice not in (
    select slice from sallyport_slices where run = '${load.runId}' and stream = ${load.index})`
}
