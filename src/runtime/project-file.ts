// Owns the way from a project file to a Project, for the doors.
export { CONTAINER_KEYS, plainWish, readProject } from "../config/index.ts";
