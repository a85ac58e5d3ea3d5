import { setting } from '@stoa/config'
import { Type } from 'typebox'

/** The settings of a service that stores blobs. */
export const blobSettings = {
  BLOB_FOLDER: setting(Type.String({ minLength: 1 }), {
    default: '.stoa/blobs',
    doc: 'Folder of uploaded files, such as images of products; all processes of the service use the same folder.',
  }),
  UPLOAD_IDLE_MS: setting(Type.Integer({ minimum: 1_000, maximum: 3_600_000 }), {
    default: 30_000,
    unit: 'ms',
    doc: 'Time without new data after which an upload is ended; there is no limit of its total time.',
  }),
}
