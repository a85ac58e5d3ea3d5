/** A command, loaded only when it is called. */
export interface Command {
  readonly help: string
  /** Returns the exit code. */
  readonly run: (args: readonly string[]) => Promise<number>
}

/** The summary of a command in the overview, and how to load it. */
export interface CommandEntry {
  /** Whether the command also works with a deployed system, with `--url`. */
  readonly isReaching?: true
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** All commands, in the order in which a new user needs them. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  up: { summary: 'start everything', load: () => import('./commands/up.ts') },
  down: { summary: 'stop everything', load: () => import('./commands/down.ts') },
  ps: { summary: 'list the processes and their state', load: () => import('./commands/ps.ts') },
  wait: { summary: 'wait until the system is ready or idle', load: () => import('./commands/wait.ts') },
  open: { summary: 'open an address of the system in the browser', load: () => import('./commands/open.ts') },
  restart: { summary: 'stop and start services', load: () => import('./commands/restart.ts') },
  logs: { isReaching: true, summary: 'show the logs of services', load: () => import('./commands/logs.ts') },
  doctor: { summary: 'check this machine for problems', load: () => import('./commands/doctor.ts') },
  reset: {
    summary: 'delete all data, or that of a service, and load the demonstration data',
    load: () => import('./commands/reset.ts'),
  },
  demo: { summary: 'simulate shoppers and watch their orders', load: () => import('./commands/demo.ts') },
  seed: { summary: 'load the demonstration data where it is missing', load: () => import('./commands/seed.ts') },
  login: { isReaching: true, summary: 'sign in to a deployed system', load: () => import('./commands/login.ts') },
  logout: { isReaching: true, summary: 'sign out of a deployed system', load: () => import('./commands/logout.ts') },
  token: { summary: 'print an access token of an account', load: () => import('./commands/token.ts') },
  trace: {
    isReaching: true,
    summary: 'show the trace of a request or an order',
    load: () => import('./commands/trace.ts'),
  },
  traces: {
    isReaching: true,
    summary: 'list traces: by service, route, duration, errors',
    load: () => import('./commands/traces.ts'),
  },
  alerts: {
    isReaching: true,
    summary: 'list, acknowledge and silence alerts',
    load: () => import('./commands/alerts.ts'),
  },
  describe: {
    isReaching: true,
    summary: 'describe a service: routes, events, calls, instances',
    load: () => import('./commands/describe.ts'),
  },
  policy: { summary: 'say whether a service may call another, and why', load: () => import('./commands/policy.ts') },
  routes: { isReaching: true, summary: 'list the routes of the gateway', load: () => import('./commands/routes.ts') },
  add: {
    isReaching: true,
    summary: 'add a service to the running system, or accept its changed routes',
    load: () => import('./commands/add.ts'),
  },
  remove: { isReaching: true, summary: 'remove an added service', load: () => import('./commands/remove.ts') },
  breakers: {
    isReaching: true,
    summary: 'circuit breakers: list, reset',
    load: () => import('./commands/breakers.ts'),
  },
  events: {
    isReaching: true,
    summary: 'the event log: follow, show, pause, replay',
    load: () => import('./commands/events.ts'),
  },
  sql: { summary: "a statement in a service's database", load: () => import('./commands/sql.ts') },
  saga: {
    isReaching: true,
    summary: 'sagas: list, show, retry, compensate, skip',
    load: () => import('./commands/saga.ts'),
  },
  reconcile: {
    isReaching: true,
    summary: 'compare orders with the records of other services',
    load: () => import('./commands/reconcile.ts'),
  },
  dlq: {
    isReaching: true,
    summary: 'dead letters: list, show, retry, discard',
    load: () => import('./commands/dlq.ts'),
  },
  tasks: { isReaching: true, summary: 'failed tasks: list, retry, discard', load: () => import('./commands/tasks.ts') },
  pipelines: {
    isReaching: true,
    summary: 'pipelines of the lake: list, run',
    load: () => import('./commands/pipelines.ts'),
  },
  reports: {
    isReaching: true,
    summary: 'reports: list, run, show, repeat, download; schedules',
    load: () => import('./commands/reports.ts'),
  },
  kpi: { isReaching: true, summary: 'the figures of the shop over a period', load: () => import('./commands/kpi.ts') },
  flags: {
    isReaching: true,
    summary: 'feature flags: list, show, set, kill, history, roll back',
    load: () => import('./commands/flags.ts'),
  },
  config: {
    isReaching: true,
    summary: 'configuration: get, set, diff, history, roll back',
    load: () => import('./commands/config.ts'),
  },
  audit: {
    isReaching: true,
    summary: 'the audit trail: search, verify, export',
    load: () => import('./commands/audit.ts'),
  },
  backup: { summary: 'back up all data while the system runs', load: () => import('./commands/backup.ts') },
  restore: { summary: 'restore a backup, to any point in time', load: () => import('./commands/restore.ts') },
  archive: { summary: 'archive the log for point-in-time recovery', load: () => import('./commands/archive.ts') },
  checklist: {
    summary: 'check the architecture of a system, with evidence',
    load: () => import('./commands/checklist.ts'),
  },
  publish: {
    summary: 'write the Kubernetes manifests of a system, its Compose file, its routes, or the program of a service',
    load: () => import('./commands/publish.ts'),
  },
  migrate: {
    summary: 'migrate the databases of a deployed system before its processes are replaced',
    load: () => import('./commands/migrate.ts'),
  },
  secrets: {
    summary: 'make the secrets of a system that is deployed, or the registry token of a service',
    load: () => import('./commands/secrets.ts'),
  },
  new: { summary: 'generate a new service or system', load: () => import('./commands/new.ts') },
}
