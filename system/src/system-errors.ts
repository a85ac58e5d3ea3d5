import { AppError, errors, type AppErrorOptions } from '@stoa/kernel'

/** The errors of the supervisor and of backups, which the command line shows. */
const systemErrors = errors({
  'archive.bad_folder': { kind: 'invalid', title: 'The folder cannot hold the archive' },
  'archive.damaged': { kind: 'invalid', title: 'The archive is damaged' },
  'archive.not_following': { kind: 'unavailable', title: 'The archive does not keep up' },
  'archive.not_there': { kind: 'not_found', title: 'There is no archive' },
  'backup.bad_path': { kind: 'invalid', title: 'The backup lists a path outside itself' },
  'backup.damaged': { kind: 'conflict', title: 'A file of the backup is missing or damaged' },
  'backup.folder_taken': { kind: 'conflict', title: 'The folder for the backup is not empty' },
  'backup.log_gone': { kind: 'unavailable', title: 'The write-ahead log was removed during the backup' },
  'backup.none_there': { kind: 'not_found', title: 'The folder contains no complete backup' },
  'backup.not_ours': { kind: 'invalid', title: 'The data is on another database server' },
  'backup.nothing_there': { kind: 'not_found', title: 'There is no database to back up' },
  'backup.tablespaces': { kind: 'invalid', title: 'The cluster has tablespaces outside its folder' },
  'postgres.disk_full': { kind: 'unavailable', title: 'The disk of PostgreSQL is full' },
  'postgres.folder_not_ours': { kind: 'unavailable', title: 'The folder of PostgreSQL belongs to another account' },
  'postgres.no_account': { kind: 'unavailable', title: 'No account may run PostgreSQL' },
  'postgres.no_binaries': { kind: 'unavailable', title: 'The PostgreSQL package is not installed' },
  'postgres.no_password': { kind: 'unavailable', title: 'The password of the superuser cannot be read' },
  'postgres.not_started': { kind: 'unavailable', title: 'PostgreSQL did not start' },
  'postgres.other_version': { kind: 'unavailable', title: 'Another version of PostgreSQL wrote the data' },
  'postgres.port_taken': { kind: 'unavailable', title: 'The port of PostgreSQL is in use' },
  'restore.not_recovered': { kind: 'unavailable', title: 'The restore failed' },
  'restore.time_not_reached': { kind: 'invalid', title: 'The log ends before the requested time' },
  'restore.too_early': { kind: 'invalid', title: 'The backup ended after the requested time' },
  'system.already_running': { kind: 'conflict', title: 'Stoa is already running in this folder' },
  'system.app_not_built': { kind: 'unavailable', title: 'A web page could not be built' },
  'system.bad_setting': { kind: 'invalid', title: 'A setting has an invalid value' },
  'system.behind': { kind: 'unavailable', title: 'The services have not handled the events of the demonstration data' },
  'system.contracts_mismatch': { kind: 'invalid', title: 'The contracts of the services do not fit together' },
  'system.disk_full': { kind: 'unavailable', title: 'The disk is full' },
  'system.folder_not_empty': { kind: 'conflict', title: 'The folder is not empty' },
  'system.folder_not_ours': { kind: 'unavailable', title: 'The data folder belongs to another account' },
  'system.little_memory': { kind: 'unavailable', title: 'The machine has too little memory' },
  'system.no_database': { kind: 'unavailable', title: 'The database server cannot be used' },
  'system.not_ready': { kind: 'timeout', title: 'The system did not become ready in time' },
  'system.not_seeded': { kind: 'unavailable', title: 'The demonstration data could not be loaded' },
  'system.old_node': { kind: 'invalid', title: 'Node.js is too old' },
  'system.port_taken': { kind: 'conflict', title: 'A port is in use' },
  'system.restore_cut_off': { kind: 'unavailable', title: 'A restore was interrupted' },
  'system.service_not_started': { kind: 'unavailable', title: 'A service did not start' },
  'system.unknown_command': { kind: 'invalid', title: 'The supervisor does not know the command' },
  'system.not_resettable': { kind: 'conflict', title: 'The data of the service cannot be deleted alone' },
  'system.other_system': { kind: 'conflict', title: 'The data folder belongs to another system' },
  'system.unknown_service': { kind: 'invalid', title: 'There is no such service' },
  'system.unknown_system': { kind: 'invalid', title: 'There is no such system' },
})

/** Creates the error of a code of this catalogue, with the kind that it declares. */
export function systemError(code: keyof typeof systemErrors, detail: string, options: AppErrorOptions = {}): AppError {
  return new AppError(systemErrors[code].kind, code, detail, options)
}
