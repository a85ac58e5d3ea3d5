import { eventLogDatabase, type Deployment } from '../topology.ts'
import { file, hardened, secretFile, type ComposeService } from './compose-service.ts'

/** The name of the database and role of a service, or of the event log. */
export function databaseRole(name: string): string {
  return `stoa_${name.replaceAll('-', '_')}`
}

/** The variable with the password of a role, for the script that makes it. */
export function passwordVariable(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_PASSWORD`
}

/** The names of the databases of a system: of its services, and of the event log. */
export function databaseNames(deployments: readonly Deployment[]): string[] {
  return [...deployments.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name), eventLogDatabase]
}

/** A script for psql that makes the missing roles and databases, and sets the passwords; it may run any number of times. */
export function databasesScript(deployments: readonly Deployment[]): string {
  return databaseNames(deployments)
    .map((name) => {
      const role = databaseRole(name)
      return `\\getenv password ${passwordVariable(name)}
select 'create role ${role} login' where not exists (select from pg_roles where rolname = '${role}') \\gexec
alter role ${role} password :'password';
select 'create database ${role} owner ${role} encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = '${role}') \\gexec
revoke connect, temporary on database ${role} from public;
`
    })
    .join('\n')
}

const image = '${POSTGRES_IMAGE:-docker.io/library/postgres:18-bookworm}'
// The account `postgres` of the image.
const user = '999:999'
/** At most this many for each process, to its database and the log. */
const connectionsOfProcess = 20

/** PostgreSQL, and the container that makes its databases before the services start. */
export function databaseServices(deployments: readonly Deployment[]): Record<string, ComposeService> {
  return {
    postgres: {
      image,
      user,
      ...hardened,
      command: ['postgres', '-c', `max_connections=${deployments.length * connectionsOfProcess}`],
      environment: { POSTGRES_INITDB_ARGS: '--locale-provider=builtin --locale=C.UTF-8' },
      env_file: [file(secretFile('postgres-secrets'), true)],
      volumes: ['postgres:/var/lib/postgresql'],
      tmpfs: ['/tmp', '/run/postgresql:uid=999,gid=999,mode=0770'],
      shm_size: '256mb',
      // While the image prepares its folder, its server listens on the socket alone.
      healthcheck: {
        test: ['CMD', 'pg_isready', '--quiet', '--host=127.0.0.1', '--username=postgres'],
        interval: '10s',
        timeout: '5s',
        retries: 6,
        start_period: '120s',
        start_interval: '2s',
      },
      networks: ['database'],
      stop_grace_period: '60s',
    },
    databases: {
      image,
      user,
      ...hardened,
      restart: 'on-failure',
      command: ['psql', '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--file=/databases.sql'],
      environment: { PGHOST: 'postgres', PGUSER: 'postgres', PGDATABASE: 'postgres' },
      env_file: [file(secretFile('databases-secrets'), true)],
      volumes: ['./databases.sql:/databases.sql:ro'],
      // The volume that the image declares would be made anew each time.
      tmpfs: ['/var/lib/postgresql'],
      depends_on: { postgres: { condition: 'service_healthy' } },
      networks: ['database'],
    },
  }
}
