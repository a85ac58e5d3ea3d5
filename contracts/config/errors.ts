import { errors } from '@stoa/contract'

/** The errors that config returns. */
export const configErrors = errors({
  'config.flag_not_found': {
    kind: 'not_found',
    title: 'No such flag',
    why: 'There is no flag with this key.',
    fix: 'Choose a key from GET /api/v1/flags.',
  },
  'config.flag_exists': {
    kind: 'conflict',
    title: 'The flag exists already',
    why: 'Another flag has this key, or a service declares it.',
    fix: 'Choose another key, or change the existing flag.',
  },
  'config.flag_limit': {
    kind: 'conflict',
    title: 'There are too many flags',
    why: 'The number of flags is limited, because every evaluation in bulk returns all of them.',
    fix: 'Delete flags that are no longer used; GET /api/v1/stale-flags lists them.',
  },
  'config.flag_declared': {
    kind: 'conflict',
    title: 'A service declares the flag',
    why: 'A flag that the contract of a service declares cannot be deleted: the service would declare it again.',
    fix: 'Remove the flag from the contract and deploy the service, then delete it.',
  },
  'config.flag_invalid': {
    kind: 'invalid',
    title: 'The rules of the flag are not valid',
    why: 'A rule names an unknown variant, its shares do not sum up to 100, its values do not fit the operator, or a part is too large.',
    fix: 'Correct the fields that `errors` points to.',
  },
  'config.application_not_found': {
    kind: 'not_found',
    title: 'No such application',
    why: 'No service declares settings under this name, and no application was created with it.',
    fix: 'Choose a name from GET /api/v1/config, or create the application with the schemas of its settings.',
  },
  'config.application_declared': {
    kind: 'conflict',
    title: 'A service declares the settings',
    why: 'The settings of a service of this system are those that its code declares.',
    fix: 'Change the settings in the code of the service.',
  },
  'config.application_limit': {
    kind: 'conflict',
    title: 'There are too many applications',
    why: 'The number of applications is limited.',
    fix: 'Keep the settings of related programs in one application.',
  },
  'config.values_invalid': {
    kind: 'invalid',
    title: 'The values do not match the schemas',
    why: 'A setting is unknown, its value has another type or is out of its range, or the values together are too large.',
    fix: 'Correct the fields that `errors` points to.',
  },
  'config.secret_refused': {
    kind: 'invalid',
    title: 'A value looks like a secret',
    why: 'Secrets are never stored here: everyone with config:read can read values, schemas and their history, and flags are read by those who evaluate them.',
    fix: 'Put the secret into the store of the environment, and send its name as {"secretRef": "NAME"}.',
  },
  'config.version_not_found': {
    kind: 'not_found',
    title: 'No such version',
    why: 'There is no version with this number in this environment.',
    fix: 'Choose a version from the history.',
  },
  'config.nothing_to_promote': {
    kind: 'conflict',
    title: 'There is nothing to promote',
    why: 'There is no environment after this one, or no values were ever set in it, so that those of the next one would be lost.',
    fix: 'Promote from development or staging, after values were set there.',
  },
})
