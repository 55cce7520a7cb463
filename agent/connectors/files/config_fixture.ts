/** A connection as a person writes it, its defaults filled in. */
import { config, type FilesConfig } from './config.ts'

export const filesConfig = (written: object): FilesConfig => config.parse(written)
