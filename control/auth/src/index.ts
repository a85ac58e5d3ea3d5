export { authConfig } from './config.ts'
export { authService } from './service.ts'
