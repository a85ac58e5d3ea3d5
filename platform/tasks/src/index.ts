export { enqueue, type EnqueueOptions } from './enqueue.ts'
export { failedTasks, type FailedTask, type FailedTasks } from './failed-tasks.ts'
export { tasksMigrations } from './schema.ts'
export { startTasks, type Tasks, type TasksOptions } from './start-tasks.ts'
