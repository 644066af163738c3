import { start } from '../app/start.js'
import * as session from './session.js'

void start(session)
