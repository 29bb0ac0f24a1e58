import { openSurvey } from "../../lib/survey/openSurvey";
import { SURVEY_TABLES } from "../../lib/survey/tables";

/** All rows of a survey by table, in the order of the pictures. */
export async function allRows(folder: string): Promise<Record<string, unknown[]>> {
  const survey = await openSurvey(folder);
  try {
    const rows: Record<string, unknown[]> = {};
    for (const { name } of SURVEY_TABLES) rows[name] = await survey.query(`SELECT * FROM ${name} ORDER BY ALL`);
    return rows;
  } finally {
    survey.close();
  }
}
