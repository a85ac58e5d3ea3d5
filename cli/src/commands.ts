/** A command, loaded only when it is called. */
export interface Command {
  readonly help: string
  /** Answers the exit code. */
  readonly run: (args: readonly string[]) => Promise<number>
}

/** What the overview says of a command, and where it is. */
export interface CommandEntry {
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** All commands, in the order in which one meets them. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  up: { summary: 'start everything', load: () => import('./commands/up.ts') },
  down: { summary: 'stop everything', load: () => import('./commands/down.ts') },
  ps: { summary: 'what runs, where, and how it is', load: () => import('./commands/ps.ts') },
  wait: { summary: 'return when all is ready, or at rest', load: () => import('./commands/wait.ts') },
  open: { summary: 'the address of something to look at, in the browser', load: () => import('./commands/open.ts') },
  restart: { summary: 'stop and start services', load: () => import('./commands/restart.ts') },
  logs: { summary: 'what services wrote', load: () => import('./commands/logs.ts') },
  doctor: { summary: 'what is missing or in the way on this machine', load: () => import('./commands/doctor.ts') },
  reset: {
    summary: 'throw all data away and begin with the demonstration data',
    load: () => import('./commands/reset.ts'),
  },
  demo: { summary: 'let shoppers in, and watch what becomes of it', load: () => import('./commands/demo.ts') },
  seed: { summary: 'put the demonstration data in where it is missing', load: () => import('./commands/seed.ts') },
  token: { summary: 'an access token of an account', load: () => import('./commands/token.ts') },
  trace: { summary: 'where the time of a request or an order went', load: () => import('./commands/trace.ts') },
  traces: {
    summary: 'the latest traces, the slow ones, those with errors',
    load: () => import('./commands/traces.ts'),
  },
  describe: { summary: 'what a service owns, serves, hears and calls', load: () => import('./commands/describe.ts') },
  routes: { summary: 'what the gateway serves', load: () => import('./commands/routes.ts') },
  breakers: { summary: 'circuit breakers: list, reset', load: () => import('./commands/breakers.ts') },
  events: { summary: 'the event log: follow, look, replay', load: () => import('./commands/events.ts') },
  sql: { summary: "a statement in a service's database", load: () => import('./commands/sql.ts') },
  saga: { summary: 'sagas: list, look, retry, compensate, skip', load: () => import('./commands/saga.ts') },
  reconcile: {
    summary: 'compare the books of order with those of the others',
    load: () => import('./commands/reconcile.ts'),
  },
  dlq: { summary: 'dead letters: list, look, retry, discard', load: () => import('./commands/dlq.ts') },
  backup: { summary: 'copy all data, while the system runs', load: () => import('./commands/backup.ts') },
  restore: { summary: 'put a backup back, as of any time', load: () => import('./commands/restore.ts') },
  archive: { summary: 'keep the log by which any time can be restored', load: () => import('./commands/archive.ts') },
  new: { summary: 'write a new service', load: () => import('./commands/new.ts') },
}
