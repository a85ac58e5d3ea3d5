import type { Service } from '@stoa/contract'
import { analytics } from './analytics/service.ts'
import { auth } from './auth/service.ts'
import { billing } from './billing/service.ts'
import { config } from './config/service.ts'
import { datamart } from './datamart/service.ts'
import { etl } from './etl/service.ts'
import { inventory } from './inventory/service.ts'
import { monitoring } from './monitoring/service.ts'
import { notification } from './notification/service.ts'
import { order } from './order/service.ts'
import { payment } from './payment/service.ts'
import { pricing } from './pricing/service.ts'
import { sales } from './sales/service.ts'
import { search } from './search/service.ts'
import { shipping } from './shipping/service.ts'
import { streaming } from './streaming/service.ts'
import { support } from './support/service.ts'
import { user } from './user/service.ts'
import { inference } from './inference/service.ts'
import { reporting } from './reporting/service.ts'

/** Every service that clients reach through the gateway; routes, policies and documents are generated from this list. */
export const catalogue: readonly Service[] = [
  auth,
  config,
  monitoring,
  user,
  inventory,
  pricing,
  order,
  payment,
  shipping,
  billing,
  notification,
  search,
  support,
  sales,
  streaming,
  analytics,
  etl,
  datamart,
  reporting,
  inference,
]
