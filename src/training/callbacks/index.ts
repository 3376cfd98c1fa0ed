export {
  Callback,
  type Hook,
  type Hooks,
  type Logs,
  type TrainableModel,
  type TrainingParams,
} from "./callback.ts";
export { type CallbackLike, CallbackList } from "./callback-list.ts";
export { CSVLogger, type WriteLine } from "./csv-logger.ts";
export { EarlyStopping } from "./early-stopping.ts";
export { History } from "./history.ts";
export { LambdaCallback } from "./lambda-callback.ts";
export { type EpochSchedule, LearningRateScheduler, ReduceLROnPlateau } from "./learning-rate.ts";
export { ModelCheckpoint, type SaveModel } from "./model-checkpoint.ts";
export { TerminateOnNaN } from "./terminate-on-nan.ts";
