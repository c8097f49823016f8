/*
doc = "How marketing and a person came into contact. Contacts of another kind (a call, a text message, a letter) are other; their channel says which."
*/
CREATE TYPE star.touch_type AS ENUM ('impression', 'click', 'visit', 'email_open', 'email_click', 'other')
