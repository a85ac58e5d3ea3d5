import { errors } from '@stoa/contract'

/** The errors that streaming returns. */
export const streamingErrors = errors({
  'streaming.not_found': {
    kind: 'not_found',
    title: 'No such stream',
    why: 'There is no stream with this name.',
    fix: 'Choose a name from GET /api/v1/streams.',
  },
})
