/** What edge and agent say to each other, and its version. An edge serves this version and the one before it. */
export const PROTOCOL_VERSION = 1

/** Seconds that a poll may stay open: below the idle limits of the hosts that an edge runs on. */
export const MAX_POLL_SECONDS = 25

/** Seconds of a lease; an agent renews it at a third of that. */
export const LEASE_SECONDS = 45

/** Seconds by which the clock of a signed request may differ from the edge's. */
export const MAX_CLOCK_SKEW_SECONDS = 60
