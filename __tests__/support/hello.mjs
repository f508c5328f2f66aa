console.log('the application runs');
