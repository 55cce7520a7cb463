import { isAsTheOther } from '../shared/seal/same_primitives_fixture.ts'
import { native } from './primitives.ts'

isAsTheOther('edge', native)
