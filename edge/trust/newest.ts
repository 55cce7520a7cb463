/**
 * What each tenant has published last: its trust document, and the numbers of its indexes. Kept in memory, because
 * every poll tells it; what this process publishes counts at once, what another instance publishes at the next look.
 */
import type { Newest as NewestReply } from '../../shared/schemas/job.ts'
import type { Reader } from '../db/database.ts'
import { currentTrust, type PublishedTrust } from './store.ts'

export interface News {
  readonly trust: PublishedTrust | null
  /** As polls tell it. */
  readonly told: NewestReply
  /** Two are equal when nothing was published in between. */
  readonly stamp: string
}

interface Kept {
  readonly looked: number
  readonly news: Promise<News>
}

/** Milliseconds for which memory is believed while nobody re-checks. */
const BELIEVED_MS = 4_000
/** Trust documents in memory; the least recently used is forgotten first. */
const MAX_TENANTS = 500

export class Newest {
  readonly #db: Reader
  readonly #clock: () => number
  readonly #kept = new Map<string, Kept>()
  readonly #listeners: ((tenant: string) => void)[] = []

  constructor({ db, clock }: { readonly db: Reader; readonly clock: () => number }) {
    this.#db = db
    this.#clock = clock
  }

  /** Called with the tenant whenever something newer is known. */
  onChange(listener: (tenant: string) => void): void {
    this.#listeners.push(listener)
  }

  /** Of a few seconds ago at the most. */
  async of(tenant: string): Promise<News> {
    const kept = this.#kept.get(tenant)
    const now = this.#clock()
    if (kept !== undefined && Math.abs(now - kept.looked) <= BELIEVED_MS) return await kept.news
    return await this.#look(tenant, kept)
  }

  /** Looks into the database; listeners hear of what another instance has published. */
  async recheck(tenant: string): Promise<void> {
    const before = this.#kept.get(tenant)
    const news = await this.#look(tenant, before)
    if (before !== undefined && (await before.news).stamp !== news.stamp) this.#tell(tenant)
  }

  /** Something has been published here, and is durable. */
  published(tenant: string): void {
    this.#kept.delete(tenant)
    this.#tell(tenant)
  }

  #tell(tenant: string): void {
    for (const listener of this.#listeners) listener(tenant)
  }

  async #look(tenant: string, before: Kept | undefined): Promise<News> {
    const kept = { looked: this.#clock(), news: this.#read(tenant, before) }
    this.#kept.delete(tenant)
    this.#kept.set(tenant, kept)
    if (this.#kept.size > MAX_TENANTS) this.#kept.delete(this.#kept.keys().next().value as string)
    try {
      return await kept.news
    } catch (error) {
      if (this.#kept.get(tenant) === kept) this.#kept.delete(tenant)
      throw error
    }
  }

  async #read(tenant: string, before: Kept | undefined): Promise<News> {
    const rows = await newestNumbers(this.#db, tenant)
    const stamp = rows.map(({ of, number }) => `${of}=${number}`).join(' ')
    // What failed before is no reason to fail now.
    const last = await before?.news.catch(() => null)
    if (last?.stamp === stamp) return last
    const trust = await currentTrust(this.#db, tenant)
    const indexes = rows.flatMap(({ of, number }) => of === '' ? [] : [[of, number] as const])
    return {
      trust,
      told: { trust: trust?.document.version ?? null, indexes: Object.fromEntries(indexes) },
      stamp,
    }
  }
}

/** The newest version of the trust document, under an empty name, and of each project's index: one seek each. */
export async function newestNumbers(
  db: Reader,
  tenant: string,
): Promise<{ readonly of: string; readonly number: number }[]> {
  const trust = db.selectFrom('tenant').select(({ selectFrom, val }) => [
    val('').as('of'),
    selectFrom('trust_document as t').select(({ fn }) => fn.max('t.version').as('n')).where(
      't.tenant',
      '=',
      tenant,
    )
      .as('number'),
  ]).where('id', '=', tenant)
  const indexes = db.selectFrom('project as p').select(({ selectFrom, ref }) => [
    'p.id as of',
    selectFrom('project_index as i').select(({ fn }) => fn.max('i.number').as('n')).where(
      'i.tenant',
      '=',
      tenant,
    )
      .where('i.project', '=', ref('p.id')).as('number'),
  ]).where('p.tenant', '=', tenant)
  const rows = await trust.unionAll(indexes).execute()
  return rows.flatMap(({ of, number }) => number === null ? [] : [{ of, number }])
    .sort((a, b) => a.of < b.of ? -1 : 1)
}
