/**
 * What edge and agent say to each other, and its version. An edge serves this version and the one before it; agents
 * name theirs in a header of every request, and one that names none speaks 1.
 *
 * 2: a poll may ask for no job, names the runs that the agent holds and says how the agent is; its answer tells which of
 * them are to stop, and whether the agent is drained.
 */
export const PROTOCOL_VERSION = 2

export const PROTOCOL_HEADER = 'sallyport-protocol'

/** Seconds that a poll may stay open: below the idle limits of the hosts that an edge runs on. */
export const MAX_POLL_SECONDS = 25

/** Seconds of a lease; an agent renews it at a third of that. */
export const LEASE_SECONDS = 45

/** Seconds by which the clock of a signed request may differ from the edge's. */
export const MAX_CLOCK_SKEW_SECONDS = 60
