import { runService } from '../../src/index.ts'
import { parcelService } from './parcel.ts'

await runService(parcelService, { access: { roles: {}, scopes: {} } })
