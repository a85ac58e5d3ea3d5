import { get, post } from '@stoa/contract'
import { Type } from 'typebox'
import { Stream, StreamName, StreamWithResults } from './resources.ts'

const read = { permission: 'stream:read', owner: 'none' } as const
const manage = {
  permission: 'stream:manage',
  owner: 'none',
  params: { name: StreamName },
  answers: { 200: StreamWithResults },
  answersWith: 'getStream',
  refuses: ['streaming.not_found'],
} as const

/** GET /api/v1/streams */
export const listStreams = get('/api/v1/streams', {
  ...read,
  summary: 'List the streams',
  answers: { 200: Type.Object({ items: Type.Array(Stream) }) },
})

/** GET /api/v1/streams/{name} */
export const getStream = get('/api/v1/streams/{name}', {
  ...read,
  params: { name: StreamName },
  summary: 'Read a stream and its last results',
  answers: { 200: StreamWithResults },
  refuses: ['streaming.not_found'],
})

/** POST /api/v1/streams/{name}/pause */
export const pauseStream = post('/api/v1/streams/{name}/pause', {
  ...manage,
  audited: true,
  summary: 'Pause a stream: it reads no events until it is resumed, also after a restart',
})

/** POST /api/v1/streams/{name}/resume */
export const resumeStream = post('/api/v1/streams/{name}/resume', {
  ...manage,
  audited: true,
  summary: 'Resume a paused stream; it continues where it was',
})

/** POST /api/v1/streams/{name}/reset */
export const resetStream = post('/api/v1/streams/{name}/reset', {
  ...manage,
  audited: true,
  summary: 'Reset a stream: it reads all events again, and corrects its results',
})
