import { errors } from './error-catalogue.ts'

/** The errors of sagas, over REST and RPC; part of the platform's catalogue. */
export const sagaErrors = errors({
  'saga.not_found': {
    kind: 'not_found',
    title: 'No such saga',
    why: 'There is no saga with this id.',
    fix: 'List the sagas with `stoa saga ls`.',
  },
  'saga.not_stuck': {
    kind: 'conflict',
    title: 'The saga is not stuck',
    why: 'Only a saga that has given up can be retried or have a step skipped.',
    fix: 'Inspect it with `stoa saga show`; a running saga continues by itself.',
  },
  'saga.past_pivot': {
    kind: 'conflict',
    title: 'The saga is past its pivot',
    why: 'Steps after the pivot cannot be compensated, only completed.',
    fix: 'Let the saga continue, or retry the step.',
  },
  'saga.ended': {
    kind: 'conflict',
    title: 'The saga has ended',
    why: 'The saga is completed or compensated.',
    fix: 'Nothing: there is nothing left to do.',
  },
  'saga.compensated_by_operator': {
    kind: 'conflict',
    title: 'An operator compensated the saga',
    why: 'An operator compensated a saga that had not reached its pivot.',
    fix: 'Ask the operators, and start again when they say so.',
  },
  'saga.definition_changed': {
    kind: 'conflict',
    title: 'The saga has a step that no longer exists',
    why: 'The journal names a step that is missing from the version that the saga runs under.',
    fix: 'Deploy that version with its original steps, then retry the saga with `stoa saga retry`.',
  },
  'saga.timed_out': {
    kind: 'timeout',
    title: 'The saga did not reach its pivot in time',
    why: 'The steps before the pivot took longer than the saga allows; completed steps are compensated.',
    fix: 'Start it again once the cause of the delay is fixed.',
  },
})
