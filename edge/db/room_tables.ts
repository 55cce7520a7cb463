/** The tables of the rooms trust, agents, connections, pipelines and runs. */
// deno-lint-ignore no-empty-interface
export interface RoomTables {}
