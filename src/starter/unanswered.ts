export { isUnanswered } from '../temporal.js';
