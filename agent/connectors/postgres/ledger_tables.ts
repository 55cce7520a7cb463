/** Sallyport's own tables in a destination: how they are made, and how older ones are brought up to date. */
import { Fault } from '../../../shared/faults.ts'
import { stateOf } from './errors.ts'
import type { Session } from './session.ts'

/** Number of the lock under which the ledger itself is made. */
const makeLock = '7303029462735061859'

/** Makes what is missing, inside the caller's transaction. `schema`: quoted. Throws `permission_denied`, saying what helps. */
export async function makeLedger(session: Session, schema: string): Promise<void> {
  if (await isCurrent(session, schema)) return
  try {
    await session.run(`select pg_catalog.pg_advisory_xact_lock(${makeLock})`)
    if (await isCurrent(session, schema)) return
    // `if not exists` asks for the right to make schemas even where the schema is there.
    if (!(await exists(session, 'to_regnamespace', schema))) {
      await session.run(`create schema if not exists ${schema}`)
    }
    if (await isOld(session, schema)) await session.run(upgrade(schema))
    await session.run(tables(schema))
  } catch (error) {
    await session.run('rollback').catch(() => undefined)
    if (stateOf(error) !== '42501') throw error
    throw new Fault(
      'permission_denied',
      `The role may not make its ledger. Run as an owner: create schema ${schema} authorization <role>, or name ` +
        'another schema as "ledger" in the connection.',
      { cause: error },
    )
  }
}

/** One of an earlier make counts. `schema`: quoted. */
export function hasLedger(session: Session, schema: string): Promise<boolean> {
  return exists(session, 'to_regclass', `${schema}.targets`)
}

function isCurrent(session: Session, schema: string): Promise<boolean> {
  return exists(session, 'to_regclass', `${schema}.intents`)
}

/** From before loads were counted by target: then by the stream's place in its pipeline, which may shift. */
async function isOld(session: Session, schema: string): Promise<boolean> {
  const [row] = await session.rows<{ old: boolean }>(
    `select pg_catalog.to_regclass($1) is not null and not exists (select from pg_catalog.pg_attribute
       where attrelid = pg_catalog.to_regclass($1) and attname = 'target') as old`,
    [`${schema}.slices`],
  )
  return row?.old === true
}

async function exists(session: Session, by: 'to_regclass' | 'to_regnamespace', name: string) {
  const [row] = await session.rows<{ there: boolean }>(
    `select pg_catalog.${by}($1) is not null as there`,
    [name],
  )
  return row?.there === true
}

const upgrade = (schema: string) => `
  delete from ${schema}.loads a using ${schema}.loads b
    where a.run = b.run and a.target = b.target and a.stream > b.stream;
  alter table ${schema}.loads drop constraint loads_pkey, add primary key (run, target);
  alter table ${schema}.slices add column target text;
  update ${schema}.slices s set target = l.target from ${schema}.loads l
    where l.run = s.run and l.stream = s.stream;
  delete from ${schema}.slices where target is null;
  alter table ${schema}.slices drop constraint slices_pkey, alter target set not null,
    add primary key (run, target, slice)`

/**
 * loads: what is committed, once for a run and a target. slices: what each part of a load came to. targets: who may
 * load, and where the last load ended. intents: what a run that has not ended set out to do, and its staging table.
 */
const tables = (schema: string) => `
  create table if not exists ${schema}.loads (
    run uuid, stream integer not null, target text, mode text not null, fence bigint not null,
    rows bigint not null, bytes bigint not null, committed_at timestamptz not null default now(),
    primary key (run, target));
  create table if not exists ${schema}.slices (
    run uuid, stream integer not null, slice text, rows bigint not null, bytes bigint not null, target text,
    primary key (run, target, slice));
  create table if not exists ${schema}.targets (
    target text primary key, run uuid not null, stream integer not null, fence bigint not null,
    state jsonb, changed_at timestamptz not null default now());
  create table if not exists ${schema}.intents (
    target text primary key, run uuid not null, intent jsonb not null, shape text,
    staging_schema text, staging_table text, touched_at timestamptz not null default now())`
